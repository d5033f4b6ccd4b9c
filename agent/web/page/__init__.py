"""The page for people: `/`, and one for each path.

words     what verdicts and causes are called there
row       the values of one path that the templates are filled with
view      those of whole pages
sso       the state of the SSO system
bars      a range as a row of cells, and its intervals
line      the latency of the last hour as a line
attempts  attempts, in columns
rows      one path, in as much detail as there is room for
groups    requirements, and under each its paths by pair of zones
site      all of `/`
single    all of one path
render    values into HTML, where everything is escaped and bounded
static    the stylesheet, the script and the icon
reader    what the pages are made of, read in the event loop
routes    handlers: made in a thread, once for all readers
"""
