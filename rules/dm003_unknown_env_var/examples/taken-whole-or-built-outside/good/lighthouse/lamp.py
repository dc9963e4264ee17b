import os

from lighthouse_of_others import shine

shine(os.environ["LAMP_KIND"])
