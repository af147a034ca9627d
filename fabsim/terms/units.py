"""Time units in milliseconds, the unit every instant and duration has inside fabsim.

A month is 730 h, so that twelve of them are 365 days.
"""

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
MONTH = 730 * HOUR
