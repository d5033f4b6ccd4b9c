"""Where on its way a SYN dies, from what the hops said. Pure.

seen     what was asked of a port, hop by hop, and what was answered
ending   what follows: where it ends, who ends it, and whether that is shown
words    the same in sentences, each of which names what else would look the same
"""
