"""Training of the extraction model: annotated corpora in, the artifact that `kg.extract` loads out. The only user of torch."""
