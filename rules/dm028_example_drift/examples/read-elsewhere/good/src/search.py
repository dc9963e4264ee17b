from langchain_community.retrievers.oxa import OxaRetriever

retriever = OxaRetriever()
