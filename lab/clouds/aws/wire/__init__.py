"""AWS's wire formats and signatures, driven by botocore's own service models."""
