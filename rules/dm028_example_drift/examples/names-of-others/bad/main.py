class Pages:
    page_limit: int = Given(
        200,
        "pages",
    )


def pages(
    items,
    page_size: int = 20,  # of one page
):
    return items[:page_size]


print(pages([1, 2], page_size=1))
