"""The attempt that is running. A process serves one."""

attempt = None


def of(name):
    if attempt is None:
        raise RuntimeError(f"{name} can only be called while an automation runs.")
    return attempt
