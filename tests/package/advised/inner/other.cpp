int other = 0;
