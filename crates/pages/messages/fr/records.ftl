# Enregistrements, documents retenus, journal, réglages.
