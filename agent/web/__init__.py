"""The HTTP side: /metrics, health, and the API. It reads the ledger and changes nothing.

access   who may read what
toolkit  `web.config_file`: TLS, passwords, certificates, headers
reload   the configuration read anew, because somebody asks
pages    what is served
api      of it, what is JSON
proving  that it is this agent who answers
shared   one rendering for all who ask at the same time
door     how many may come in, and for how long
server   listening, and closing again
"""
