"""The configuration: YAML read safely, checked, merged; every problem one line."""
