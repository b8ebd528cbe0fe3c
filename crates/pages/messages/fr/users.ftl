# Les utilisateurs.
