"""The claims: rules, what was measured, and the verdict on each."""
