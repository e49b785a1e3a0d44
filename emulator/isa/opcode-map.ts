/**
 * The instruction set, one line an encoding, in the manual's vocabulary (SDM
 * vol. 2, appendix A): E register or memory, G register by ModRM.reg, Z register
 * by the opcode's low bits, I immediate, J relative target, M memory, O moffs,
 * S segment register, A far pointer, C and D control and debug registers; sizes
 * b w d, v (by operand size), z (v as an immediate), p (selector:offset).
 * `/n` is ModRM.reg, `+r` eight opcodes by register, `+cc` sixteen by condition.
 * "Ibs" is sign-extended to the operand size; fixed registers and numbers
 * stand for themselves; eAX is AX or EAX.
 */

const ALU_ROWS = ["add", "or", "adc", "sbb", "and", "sub", "xor", "cmp"]
  .map((name, n) => {
    const row = (k: number): string => (n * 8 + k).toString(16).padStart(2, "0");
    return `
${row(0)} ${name} Eb,Gb
${row(1)} ${name} Ev,Gv
${row(2)} ${name} Gb,Eb
${row(3)} ${name} Gv,Ev
${row(4)} ${name} AL,Ib
${row(5)} ${name} eAX,Iz
80/${n} ${name} Eb,Ib
81/${n} ${name} Ev,Iz
82/${n} ${name} Eb,Ib
83/${n} ${name} Ev,Ibs`;
  })
  .join("");

const SHIFT_ROWS = ["rol", "ror", "rcl", "rcr", "shl", "shr", "shl", "sar"]
  .map(
    (name, n) => `
c0/${n} ${name} Eb,Ib
c1/${n} ${name} Ev,Ib
d0/${n} ${name} Eb,1
d1/${n} ${name} Ev,1
d2/${n} ${name} Eb,CL
d3/${n} ${name} Ev,CL`,
  )
  .join("");

export const OPCODES = `
${ALU_ROWS}
${SHIFT_ROWS}
06 pushseg ES
07 popseg ES
0e pushseg CS
16 pushseg SS
17 popseg SS
1e pushseg DS
1f popseg DS
27 daa
2f das
37 aaa
3f aas
40+r inc Zv
48+r dec Zv
50+r push Zv
58+r pop Zv
60 pusha
61 popa
62 bound Gv,Ma
63 arpl Ew,Gw
68 push Iz
69 imul3 Gv,Ev,Iz
6a push Ibs
6b imul3 Gv,Ev,Ibs
6c insb
6d insv
6e outsb
6f outsv
70+cc jcc Jb
84 test Eb,Gb
85 test Ev,Gv
86 xchg Eb,Gb
87 xchg Ev,Gv
88 mov Eb,Gb
89 mov Ev,Gv
8a mov Gb,Eb
8b mov Gv,Ev
8c movfromseg Ev,Sw
8d lea Gv,M
8e movtoseg Sw,Ew
8f/0 pop Ev
90 nop
91+r7 xchg eAX,Zv
98 cbw
99 cwd
9a callfar Ap
9b wait
9c pushf
9d popf
9e sahf
9f lahf
a0 mov AL,Ob
a1 mov eAX,Ov
a2 mov Ob,AL
a3 mov Ov,eAX
a4 movsb
a5 movsv
a6 cmpsb
a7 cmpsv
a8 test AL,Ib
a9 test eAX,Iz
aa stosb
ab stosv
ac lodsb
ad lodsv
ae scasb
af scasv
b0+r mov Zb,Ib
b8+r mov Zv,Iz
c2 ret Iw
c3 ret
c4 loadfar Gv,Mp,ES
c5 loadfar Gv,Mp,DS
c6/0 mov Eb,Ib
c7/0 mov Ev,Iz
c8 enter Iw,Ib
c9 leave
ca retfar Iw
cb retfar
cc int3
cd int Ib
ce into
cf iret
d4 aam Ib
d5 aad Ib
d7 xlat
d8 coprocessor Ev
d9 coprocessor Ev
d9/7 fnstore Ev
da coprocessor Ev
db coprocessor Ev
db/4 fninit Ev
dc coprocessor Ev
dd coprocessor Ev
dd/7 fnstore Ev
de coprocessor Ev
df coprocessor Ev
df/4 fnstsw Ev
e0 loopne Jb
e1 loope Jb
e2 loop Jb
e3 jcxz Jb
e4 in AL,Ib
e5 in eAX,Ib
e6 out Ib,AL
e7 out Ib,eAX
e8 call Jz
e9 jmp Jz
ea jmpfar Ap
eb jmp Jb
ec in AL,DX
ed in eAX,DX
ee out DX,AL
ef out DX,eAX
f1 int1
f4 hlt
f5 cmc
f6/0 test Eb,Ib
f6/1 test Eb,Ib
f6/2 not Eb
f6/3 neg Eb
f6/4 mul Eb
f6/5 imul1 Eb
f6/6 div Eb
f6/7 idiv Eb
f7/0 test Ev,Iz
f7/1 test Ev,Iz
f7/2 not Ev
f7/3 neg Ev
f7/4 mul Ev
f7/5 imul1 Ev
f7/6 div Ev
f7/7 idiv Ev
f8 clc
f9 stc
fa cli
fb sti
fc cld
fd std
fe/0 inc Eb
fe/1 dec Eb
ff/0 inc Ev
ff/1 dec Ev
ff/2 callind Ev
ff/3 callfarind Mp
ff/4 jmpind Ev
ff/5 jmpfarind Mp
ff/6 push Ev
0f00/0 sldt Ev
0f00/1 str Ev
0f00/2 lldt Ew
0f00/3 ltr Ew
0f00/4 verr Ew
0f00/5 verw Ew
0f01/0 sgdt M
0f01/1 sidt M
0f01/2 lgdt M
0f01/3 lidt M
0f01/4 smsw Ev
0f01/6 lmsw Ew
0f01/7 invlpg M
0f02 lar Gv,Ew
0f03 lsl Gv,Ew
0f06 clts
0f08 invd
0f09 invd
0f0b undefined
0f18 nop Ev
0f19 nop Ev
0f1a nop Ev
0f1b nop Ev
0f1c nop Ev
0f1d nop Ev
0f1e nop Ev
0f1f nop Ev
0f20 movfromcr Rd,Cd
0f21 movfromdr Rd,Dd
0f22 movtocr Cd,Rd
0f23 movtodr Dd,Rd
0f30 wrmsr
0f31 rdtsc
0f32 rdmsr
0f33 rdpmc
0f34 sysenter
0f35 sysexit
0f40+cc cmov Gv,Ev
0f80+cc jcc Jz
0f90+cc setcc Eb
0fa0 pushseg FS
0fa1 popseg FS
0fa2 cpuid
0fa3 bt Ev,Gv
0fa4 shld Ev,Gv,Ib
0fa5 shld Ev,Gv,CL
0fa8 pushseg GS
0fa9 popseg GS
0fab bts Ev,Gv
0fac shrd Ev,Gv,Ib
0fad shrd Ev,Gv,CL
0faf imul2 Gv,Ev
0fb0 cmpxchg Eb,Gb
0fb1 cmpxchg Ev,Gv
0fb2 loadfar Gv,Mp,SS
0fb3 btr Ev,Gv
0fb4 loadfar Gv,Mp,FS
0fb5 loadfar Gv,Mp,GS
0fb6 movzx Gv,Eb
0fb7 movzx Gv,Ew
0fba/4 bt Ev,Ib
0fba/5 bts Ev,Ib
0fba/6 btr Ev,Ib
0fba/7 btc Ev,Ib
0fbb btc Ev,Gv
0fbc bsf Gv,Ev
0fbd bsr Gv,Ev
0fbe movsx Gv,Eb
0fbf movsx Gv,Ew
0fc0 xadd Eb,Gb
0fc1 xadd Ev,Gv
0fc7/1 cmpxchg8b M
0fc8+r bswap Zv
`;

/** Instructions that allow LOCK when their destination is memory (vol. 2, LOCK). */
// prettier-ignore
export const LOCKABLE = new Set([
  "add", "or", "adc", "sbb", "and", "sub", "xor", "not", "neg", "inc", "dec",
  "xchg", "xadd", "cmpxchg", "cmpxchg8b", "bts", "btr", "btc",
]);

/** Stores of a system word: 16 bits to memory, the operand size to a register (vol. 2, MOV, SLDT, STR, SMSW). */
export const WORD_TO_MEMORY = new Set(["movfromseg", "sldt", "str", "smsw"]);
