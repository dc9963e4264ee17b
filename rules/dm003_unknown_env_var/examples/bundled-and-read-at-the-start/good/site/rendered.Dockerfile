FROM node:22-alpine AS build
WORKDIR /site
COPY package.json ./
RUN npm install
ARG VITE_API_URL
COPY . .
RUN npm run build

FROM nginx:1.27-alpine
COPY --from=build /site/dist /usr/share/nginx/html
CMD ["sh", "-c", "nginx && exec node server.js"]
