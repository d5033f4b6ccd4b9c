"""Telling: results as columns, as JSON, as Markdown.

Law of this room: it reads results and decides nothing; whatever came from the network is escaped on the way out.
"""
