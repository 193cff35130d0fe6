"""The domain: charts, catalog, history, rules, milestones, stories. It knows no AWS, no file and no clock."""
