"""`web.config_file`, for a command. What is wrong with it ends the command: a line each, exit 2."""

import os
import sys

from agent.cli.usage import wrong
from agent.config.credential import WEB, credential
from agent.config.mistakes import ConfigError
from agent.config.model import Config
from agent.web.toolkit.read import read


def check_web_config(config: Config) -> None:
    """On this machine; where the file is not, the configuration itself may be good all the same."""
    path = credential(WEB, os.environ) or config.web.config_file
    try:
        lines = read(path).notes
    except ConfigError as error:
        if path is None or path.exists():
            wrong(str(error))
        lines = tuple(str(error).splitlines())
    for line in lines:
        print(f"web.config_file: {line}", file=sys.stderr)
