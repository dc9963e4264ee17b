FROM node:22-slim
WORKDIR /site
COPY server.js ./
# The image's own entrypoint gives the file to Node.
CMD ["./server.js"]
