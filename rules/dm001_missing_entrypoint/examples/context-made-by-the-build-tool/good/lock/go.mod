module lock
