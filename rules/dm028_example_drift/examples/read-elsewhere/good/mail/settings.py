from harbour.conf.base import *

MAIL_QUEUE = "parcels"
