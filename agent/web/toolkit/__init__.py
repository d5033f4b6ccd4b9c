"""`web.config_file`: TLS, passwords and headers, in the file that Prometheus's own exporters read.

names      Go's words for versions, ciphers, curves and client authentication, and what they are here
model      the keys of the file
read       from the file to what it asks for, or to every mistake in it
pem        certificates and keys, as text
context    certificates and settings to a TLS context
rehearsal  one handshake with ourselves, before anybody else makes one
settings   what the file asks for, ready for use
toolkit    what is in force; looks at the files again and again
passwords  one check at a time, aside, and its answer remembered
headers    the headers of the file, on every answer
rates      `rate_limit`
clients    what a client shows: a password, a certificate, a token, another page
guard      lets a request in, or answers instead
"""
