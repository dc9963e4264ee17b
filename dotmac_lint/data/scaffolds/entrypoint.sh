# Starts $what. Made by dotmac-lint: read it, then keep it as your own.
$strict
$helpers
mode="$${1:-$default}"
[ "$$#" -eq 0 ] || shift

case "$$mode" in
$cases
    *)
        exec "$$mode" "$$@"
        ;;
esac
