"""There is no captcha solver, so nothing is ever being solved: waiting ends after the settle period."""

import asyncio
import functools


def wait_for_captcha_solve(page=None, func=None, timeout_s=10.0, settle_period=5.0, wait_for_network_settled=True):
    """Three forms: await it with a page; await it with a page and an action; or decorate a function whose first argument is the page."""
    if page is None:
        def decorate(function):
            @functools.wraps(function)
            async def wrapped(page, *args, **kwargs):
                return await _with_action(page, lambda: function(page, *args, **kwargs), timeout_s, settle_period, wait_for_network_settled)

            return wrapped

        return decorate
    if asyncio.iscoroutinefunction(page) and func is None:
        return wait_for_captcha_solve(timeout_s=timeout_s, settle_period=settle_period, wait_for_network_settled=wait_for_network_settled)(page)
    if func is None:
        return _settle(timeout_s, settle_period)
    return _with_action(page, func, timeout_s, settle_period, wait_for_network_settled)


async def _with_action(page, action, timeout_s, settle_period, wait_for_network_settled):
    if wait_for_network_settled:
        from intuned_browser import wait_for_network_settled as settled

        value = await settled(page=page, func=action, timeout_s=timeout_s)
    else:
        value = await action()
    await _settle(timeout_s, settle_period)
    return value


async def _settle(timeout_s, settle_period):
    await asyncio.sleep(min(timeout_s, settle_period))


__all__ = ["wait_for_captcha_solve"]
