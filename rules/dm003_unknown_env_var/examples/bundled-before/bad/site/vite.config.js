export default {
  define: { "import.meta.env.VITE_TILES": JSON.stringify('{{ env "VITE_TILES" }}') },
};
