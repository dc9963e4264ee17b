import os

import sealevel

sealevel.serve(os.environ["PORT"])
