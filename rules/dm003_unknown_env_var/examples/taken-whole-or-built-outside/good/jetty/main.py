from jetty_constants.lengths import (
    JETTY_REACH,
    WIDTH,
)

print(JETTY_REACH * WIDTH)
