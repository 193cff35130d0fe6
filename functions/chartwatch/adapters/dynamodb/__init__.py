"""The stores on DynamoDB: tables with the string keys `pk` and `sk`, whose items docs/adr/0003 describes."""
