# -*- coding: latin-1 -*-
from pydantic_settings import BaseSettings

NAME = "Høfn"
