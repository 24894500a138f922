"""Laws of DESIGN.md section 3, held against everything that a client and a tester can do in any order."""
