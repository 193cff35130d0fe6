"""The domain: charts, catalog, history, rules, milestones, stories. It knows no AWS and no file."""
