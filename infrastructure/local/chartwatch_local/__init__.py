"""The pipeline on one machine: a local AWS, the real template deployed to it, a subscriber, and the demo."""
