export const files = ["Dockerfile"];
