"""Pictures of the site: SVG to be put inline in a page, which colours it by classes of `assets/pictures.css`."""
