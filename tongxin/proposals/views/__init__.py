"""The pages of proposals that their writers, co-signers and the office use."""
