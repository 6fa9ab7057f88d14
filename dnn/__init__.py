"""The embedding-initialised multitask bi-LSTM and its two-stage transfer."""
