"""What a load balancer is, whoever describes it: facts of AWS as data, and plain values."""
