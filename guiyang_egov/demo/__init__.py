"""The demonstration: accounts and a coherent story at 2007-08-20, everything marked 演示数据 and removable."""
