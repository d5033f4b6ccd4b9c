"""Bytes to values and back, in the words of each specification.

Law of this room: no socket, no asyncio, no clock, no randomness, no logging. Every byte may be a lie.
"""
