"""AWS: bring your own IP to EC2, with IPAM, RAM and STS, as the AWS CLI and SDKs speak to it."""
