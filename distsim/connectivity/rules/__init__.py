"""One connection rule a file: a module here with a ``RULE`` is a rule, and nothing else needs to know."""
