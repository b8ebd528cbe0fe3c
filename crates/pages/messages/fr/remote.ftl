# Les pages d’un site distant.
