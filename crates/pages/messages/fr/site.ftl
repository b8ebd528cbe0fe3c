# La fenêtre d’un site.
