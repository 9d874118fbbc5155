class RunError(Exception):
    """Raised by an automation to fail its attempt with a message of its own."""
