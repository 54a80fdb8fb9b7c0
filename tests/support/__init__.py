"""What tests share: accounts, certificates, scenarios, and the faults they meet."""
