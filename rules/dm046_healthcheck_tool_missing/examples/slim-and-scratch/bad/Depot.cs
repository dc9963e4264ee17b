// The depot.
