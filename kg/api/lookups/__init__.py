"""REST look-ups: what routes take from a request (`parameters`), what they answer (`models`, `wire`), and in part (`fields`)."""
