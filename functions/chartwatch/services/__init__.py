"""The steps of the pipeline, and the ports that they need."""
