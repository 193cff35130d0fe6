"""The domain: charts, catalog, history, rules, milestones, stories. Nothing here knows AWS, a file or a clock."""
