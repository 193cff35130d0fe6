"""The whole pipeline on a cloud in memory, whose every call may fail, repeat itself, or be the process's last."""
