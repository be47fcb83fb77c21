int inner = 0;
